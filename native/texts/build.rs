//! Embeds the languages: each file of `languages/` becomes a static table, so that a file that cannot be read fails the
//! build and another language is just another file.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("languages");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut code = String::from("static LANGUAGES: &[Language] = &[\n");
    for file in files {
        let texts: toml::Table = toml::from_str(&fs::read_to_string(&file)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        code.push_str("    &[\n");
        flatten("", &texts, &mut code)?;
        code.push_str("    ],\n");
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("languages.rs"), code)?;
    Ok(())
}

/// Writes every text with the path of its keys, such as `error.Timeout.title`.
fn flatten(prefix: &str, table: &toml::Table, code: &mut String) -> Result<(), Box<dyn Error>> {
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        match value {
            toml::Value::String(text) => writeln!(code, "        ({path:?}, {text:?}),")?,
            toml::Value::Table(inner) => flatten(&format!("{path}."), inner, code)?,
            other => return Err(format!("{path} is {}, not a text", other.type_str()).into()),
        }
    }
    Ok(())
}
