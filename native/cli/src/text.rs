//! Text of others, made safe and wrapped for a terminal.

use licensing_api::text::escaped;

/// Text that a server or a file made, safe to show on a terminal: control characters become visible escapes.
pub(crate) fn plain(text: &str) -> String {
    escaped(text).into_owned()
}

/// A paragraph of text that a server or a file made, indented by four blanks and wrapped for reading.
pub(crate) fn paragraph(text: &str) -> String {
    let indent = "    ";
    let options = textwrap::Options::new(100)
        .initial_indent(indent)
        .subsequent_indent(indent);
    format!("{}\n", textwrap::fill(&plain(text), options))
}
