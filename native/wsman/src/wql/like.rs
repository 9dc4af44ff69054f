//! The patterns of `LIKE`.

use super::folded;

/// A pattern, ready to be matched: `%` stands for any run of characters, `_` for one, `[abc]` and `[a-f]` for one of a
/// set, `[^abc]` for one that is not in it. Case does not count. A wildcard in brackets stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Run,
    One,
    Character(char),
    Set {
        negative: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    /// Reads a pattern. A bracket that is not closed stands for itself.
    pub(super) fn new(text: &str) -> Self {
        let characters: Vec<char> = folded(text).collect();
        let mut pieces = Vec::new();
        let mut rest = characters.as_slice();
        while let [first, after @ ..] = rest {
            rest = after;
            match first {
                // Two runs are one; matching would be slow otherwise.
                '%' if pieces.last() == Some(&Piece::Run) => {}
                '%' => pieces.push(Piece::Run),
                '_' => pieces.push(Piece::One),
                '[' => match set(after) {
                    Some((piece, after)) => {
                        pieces.push(piece);
                        rest = after;
                    }
                    None => pieces.push(Piece::Character('[')),
                },
                character => pieces.push(Piece::Character(*character)),
            }
        }
        Self(pieces)
    }

    /// Whether the whole text matches. At most (pieces × characters) steps: after a mismatch only the latest run is
    /// made longer.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = folded(text).collect();
        let (mut piece, mut character) = (0, 0);
        let mut latest_run: Option<(usize, usize)> = None;
        while character < text.len() {
            match (self.0.get(piece), text.get(character)) {
                (Some(Piece::Run), _) => {
                    latest_run = Some((piece, character));
                    piece += 1;
                }
                (Some(fixed), Some(found)) if fixed.takes(*found) => {
                    piece += 1;
                    character += 1;
                }
                _ => match latest_run {
                    Some((run, from)) => {
                        latest_run = Some((run, from + 1));
                        piece = run + 1;
                        character = from + 1;
                    }
                    None => return false,
                },
            }
        }
        self.0
            .get(piece..)
            .is_some_and(|rest| rest.iter().all(|piece| *piece == Piece::Run))
    }
}

impl Piece {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Run | Self::One => true,
            Self::Character(own) => *own == character,
            Self::Set { negative, ranges } => {
                let is_in = ranges.iter().any(|(from, to)| (*from..=*to).contains(&character));
                is_in != *negative
            }
        }
    }
}

/// The set after an opening bracket, and what follows it. `a=f` is an older way to write `a-f`.
fn set(text: &[char]) -> Option<(Piece, &[char])> {
    let (negative, text) = match text {
        ['^', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    // The bracket that opens a set may stand first in it: `[[]`.
    let skip = usize::from(matches!(text.first(), Some(']')));
    let end = skip + text.get(skip..)?.iter().position(|c| *c == ']')?;
    let mut inside = text.get(..end)?;
    let mut ranges = Vec::new();
    while let [first, rest @ ..] = inside {
        inside = match rest {
            ['-' | '=', last, rest @ ..] => {
                ranges.push((*first, *last));
                rest
            }
            _ => {
                ranges.push((*first, *first));
                rest
            }
        };
    }
    if ranges.is_empty() {
        return None;
    }
    Some((Piece::Set { negative, ranges }, text.get(end + 1..)?))
}
