//! Writing one line of a license file.

/// Widest physical line.
const WIDTH: usize = 100;

/// A line under construction.
pub(super) struct LineText {
    words: Vec<String>,
}

impl LineText {
    pub(super) fn new(keyword: &str) -> Self {
        Self {
            words: vec![keyword.to_owned()],
        }
    }

    pub(super) fn word(&mut self, word: impl Into<String>) {
        self.words.push(word.into());
    }

    /// `KEYWORD=value`, in quotes where the value needs them.
    pub(super) fn set(&mut self, keyword: &str, value: &str) {
        let plain = !value.contains(|character: char| {
            character.is_whitespace() || matches!(character, '#' | '\\' | '{' | '}')
        });
        self.word(if plain {
            format!("{keyword}={value}")
        } else {
            format!("{keyword}=\"{value}\"")
        });
    }

    /// The line wrapped at blanks between words, with its line end.
    pub(super) fn finish(self) -> String {
        let mut text = String::new();
        let mut width = 0;
        for word in &self.words {
            let length = word.chars().count();
            if width > 0 && width + length + 3 > WIDTH {
                text.push_str(" \\\n  ");
                width = 2;
            } else if width > 0 {
                text.push(' ');
                width += 1;
            }
            text.push_str(word);
            width += length;
        }
        text.push('\n');
        text
    }
}
