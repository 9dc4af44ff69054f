//! Every operation of the table has a command with its help.

use heck::ToKebabCase as _;
use licensing_api::operation::TABLE;
use licensing_api::schema::FieldKind;

use crate::run::run;

#[test]
fn every_operation_of_the_table_has_a_command_with_help() {
    for operation in TABLE {
        let mut words: Vec<&str> = operation.words.split(' ').collect();
        words.push("--help");
        let help = run(&words);
        assert_eq!(help.code, 0, "{}: {}", operation.words, help.err);
        let flowing = help.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let summary = operation.summary.trim_end_matches('.');
        assert!(
            flowing.contains(summary),
            "{}: no {summary:?} in {}",
            operation.words,
            help.out
        );
        assert!(help.out.contains("--server"), "{}: {}", operation.words, help.out);
    }
}

#[test]
fn the_first_page_of_the_help_names_every_first_word_and_every_exit_code() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for operation in TABLE {
        let first = operation.words.split(' ').next().unwrap();
        assert!(
            help.out.contains(&format!("\n  {first} ")),
            "{first}: {}",
            help.out
        );
    }
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "130 ", "241 "] {
        assert!(help.out.contains(&format!("\n  {code}")), "{code}: {}", help.out);
    }
}

#[test]
fn no_command_takes_a_secret_as_an_argument() {
    for operation in TABLE {
        for field in operation.request_type().fields {
            if field.kind == FieldKind::Secret {
                let mut words: Vec<&str> = operation.words.split(' ').collect();
                words.push("--help");
                let help = run(&words).out;
                // What is no secret that could be meant for signing in has no "new": a private key, and a file that is
                // itself the argument.
                let option = match field.name.to_kebab_case().as_str() {
                    "key" => "--key-file <FILE>".to_owned(),
                    "pfx" => "or a PFX file".to_owned(),
                    name => format!("--new-{name}-file <FILE>"),
                };
                assert!(help.contains(&option), "{option}: {help}");
            }
        }
    }
    for option in ["--password", "--token", "--new-password"] {
        let ended = run(&["inventory", "--server", "localhost", option, "secret"]);
        assert_eq!(ended.code, 2, "{option} was taken");
    }
}

#[test]
fn completions_are_written_for_every_shell() {
    for (shell, part) in [
        ("bash", "_licensing()"),
        ("zsh", "#compdef licensing"),
        ("fish", "complete -c licensing"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0, "{}", script.err);
        assert!(script.out.contains(part), "{shell}");
        assert!(script.out.contains("inventory"), "{shell}");
    }
}
