//! `licensing authority init`: a key to sign with, and the file that makes servers trust it.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use licensing_license_file::signing::IssuerKey;
use serde_json::json;
use zeroize::Zeroizing;

use super::new_file::{self, Readers};
use crate::exit::{Exit, Failure};
use crate::print;
use crate::text;

pub(super) fn command() -> Command {
    Command::new("init")
        .about("Creates the key of an issuer, and the .pub file that makes servers trust it.")
        .args([
            Arg::new("name")
                .long("name")
                .value_name("NAME")
                .required(true)
                .help("Name of the issuer, such as \"Acme Licensing\""),
            Arg::new("folder")
                .long("folder")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("Folder for the two files; created if it does not exist"),
            Arg::new("vendor")
                .long("vendor")
                .value_name("VENDOR")
                .action(ArgAction::Append)
                .help("Vendor the issuer may sign for; may be repeated. Every vendor unless given"),
        ])
}

pub(super) fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let name = matches
        .get_one::<String>("name")
        .map(String::as_str)
        .unwrap_or_default();
    let folder = matches
        .get_one::<PathBuf>("folder")
        .map(PathBuf::as_path)
        .unwrap_or(Path::new("."));
    let vendors: Vec<String> = match matches.get_many::<String>("vendor") {
        Some(vendors) => vendors.cloned().collect(),
        None => vec!["*".to_owned()],
    };
    let stem = file_stem(name)?;

    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(random.as_mut())
        .map_err(|error| Failure::internal(format!("The system gives no random bytes: {error}.")))?;
    let key = IssuerKey::from_random(&random);
    let public = key
        .public(name, &vendors)
        .map_err(|error| Failure::usage(format!("{error}."), "--name, --vendor", "Correct the names."))?;
    let unwritten = |what: &str| Failure::internal(format!("{what} cannot be written as text."));
    let secret = key.to_pem().map_err(|_| unwritten("The key"))?;
    let trust = public.to_text().map_err(|_| unwritten("The trust file"))?;

    make_folder(folder)?;
    let (key_file, trust_file) = (
        folder.join(format!("{stem}.key")),
        folder.join(format!("{stem}.pub")),
    );
    new_file::create(&key_file, secret.as_bytes(), Readers::Owner)?;
    if let Err(problem) = new_file::create(&trust_file, trust.as_bytes(), Readers::Everybody) {
        // A key that no server can be made to trust is of no use.
        std::fs::remove_file(&key_file).ok();
        return Err(problem.into());
    }
    if matches.get_flag("json") {
        print::json(&json!({
            "issuer": public.issuer(),
            "keyId": public.key_id().to_string(),
            "vendors": public.vendors(),
            "keyFile": key_file.display().to_string(),
            "trustFile": trust_file.display().to_string(),
        }))?;
    } else {
        print::out(&format!(
            "Issuer      {}\nKey id      {}\nVendors     {}\nKey         {}  (keep it to yourself)\n\
             Trust file  {}  (copy it into the trust folder of every license server)\n",
            text::plain(public.issuer()),
            public.key_id(),
            text::plain(&public.vendors().join(", ")),
            key_file.display(),
            trust_file.display(),
        ))?;
    }
    Ok(Exit::Success)
}

/// `Acme Licensing` as `acme-licensing`.
fn file_stem(name: &str) -> Result<String, Failure> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stem: String = words.join("-").chars().take(60).collect();
    if stem.is_empty() {
        return Err(Failure::usage(
            "The name of the issuer has no letter or digit to name its files by.",
            name,
            "Give a name with letters from a to z or digits.",
        ));
    }
    Ok(stem)
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .map_err(|error| new_file::unwritable(folder, &error).into())
}
