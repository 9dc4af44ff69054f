//! From lines to pools.

use licensing_license_file::license_file::{IncrementKeyword, Package, PublisherLine};

use super::candidate::Candidate;
use super::lines::{JudgedLine, lines_of};
use super::upgrade::{self, Upgradable};
use super::{
    IgnoredLine, InstalledFile, LineNote, PoolContext, PoolSet, group, most_seats, package, sort_out,
    supersede,
};

/// The same line counts once; lines that others supersede go; of FEATURE lines of one name the first stays; then
/// UPGRADE turns seats, packages are unpacked, and MLC cuts what is left.
pub(super) fn build(files: &[InstalledFile<'_>], context: &PoolContext<'_>) -> PoolSet {
    let mut set = PoolSet::default();
    let lines = sort_out::keep_each_once(lines_of(files, context), &mut set.ignored);
    let lines = supersede::take_out(lines, &mut set.ignored, &mut set.notes);
    let lines = sort_out::keep_first(lines, &mut set.ignored);
    let (candidates, packages) = grants(lines, context, &mut set.ignored, &mut set.notes);
    let mut candidates = package::unpack(candidates, &packages, &mut set.ignored, &mut set.notes);
    most_seats::cut(&mut candidates, &mut set.notes);
    set.pools = group::group(candidates);
    set
}

/// What the lines grant, after UPGRADE; and the packages.
fn grants<'a>(
    lines: Vec<JudgedLine<'a>>,
    context: &PoolContext<'_>,
    ignored: &mut Vec<IgnoredLine>,
    notes: &mut Vec<LineNote>,
) -> (Vec<Candidate<'a>>, Vec<(JudgedLine<'a>, &'a Package)>) {
    let (mut candidates, mut packages) = (Vec::new(), Vec::new());
    let mut upgradable = Upgradable::default();
    for line in lines {
        match line.says {
            PublisherLine::Increment(increment) => {
                let one = Candidate::of(&line, increment.keyword, &increment.license, context);
                upgradable.add(candidates.len(), &one);
                candidates.push(one);
            }
            PublisherLine::Upgrade(upgrade) => {
                let one = Candidate::of(&line, IncrementKeyword::Increment, &upgrade.license, context);
                match one.serves {
                    true => upgrade::turn(
                        &line,
                        upgrade,
                        one,
                        &mut candidates,
                        &mut upgradable,
                        ignored,
                        notes,
                    ),
                    // It gives nothing, and the pool says why.
                    false => candidates.push(one),
                }
            }
            PublisherLine::Package(package) => packages.push((line, package)),
        }
    }
    (candidates, packages)
}
