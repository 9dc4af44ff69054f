//! One table of the settings of a program.
//!
//! [`settings!`](crate::settings) declares a section of a configuration file: each setting once, with its type, default,
//! whether a change takes effect at once or after a restart, what it means, and which values are allowed. From this one place come
//!
//! - the struct that serde reads, in which unknown names are errors
//! - [`Section::check`], which names the first setting with a value that is not allowed
//! - [`Section::follow`], which takes over what can change while the program runs, and names the rest
//! - [`template()`]: a configuration file that shows every setting with its default
//! - [`reference()`] and [`reference_at_start()`]: the table of the documentation
//!
//! ```
//! licensing_settings::settings! {
//!     /// Settings of a clock.
//!     pub struct ClockConfig = "Where the time comes from." {
//!         source: String = "system".to_owned(), AfterRestart, "Name of the source.";
//!         /// Used by the example alone.
//!         tick_seconds: u32 = 1, AtOnce, "Seconds between two looks.",
//!             allowed "1 to 60" if |value, _| (1..=60).contains(value);
//!     }
//! }
//! use licensing_settings::Section;
//! let mut now = ClockConfig::default();
//! let changes = now.follow(ClockConfig { tick_seconds: 5, ..ClockConfig::default() });
//! assert_eq!((now.tick_seconds, changes.applied.as_slice()), (5, &["tick_seconds".to_owned()][..]));
//! assert!(ClockConfig { tick_seconds: 0, ..now }.check().is_err());
//! ```

mod describe;
pub mod file;
pub mod log;
mod section;
mod wanted;

pub use describe::{Description, Setting, reference, reference_at_start, template};
pub use section::{Applies, Changes, InvalidSetting, Section, assign, is_path, text_of};
pub use wanted::in_words;

/// Declares the struct of a section; see the [crate](crate) for an example.
///
/// A setting is `name: Type = default, AtOnce | AfterRestart, "meaning"`, then `shown "…"` where the default depends on the
/// machine, `allowed "…" if |value, section| …` where not every value of the type is, and a semicolon. Sections within the
/// section follow as `[name]: Type;`.
#[macro_export]
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $Section:ident = $about:literal {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $Type:ty = $default:expr, $applies:ident, $meaning:literal
                $(, shown $shown:literal)? $(, allowed $allowed:literal if $rule:expr)?;
            )*
            $([$nested:ident]: $Nested:ty;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $Section {
            $(
                #[doc = $meaning]
                $(#[$field_meta])*
                pub $field: $Type,
            )*
            $(
                #[doc = concat!("The section `", stringify!($nested), "`.")]
                pub $nested: $Nested,
            )*
        }

        impl Default for $Section {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    $($nested: <$Nested>::default(),)*
                }
            }
        }

        impl $crate::Section for $Section {
            fn describe() -> $crate::Description {
                let defaults = Self::default();
                let _ = &defaults;
                $crate::Description {
                    about: $about,
                    settings: vec![$(
                        $crate::Setting {
                            name: stringify!($field),
                            default: $crate::text_of(&defaults.$field),
                            shown: [$($shown,)? ""][0],
                            applies: $crate::Applies::$applies,
                            meaning: $meaning,
                            allowed: [$($allowed,)? ""][0],
                            names_file: $crate::is_path::<$Type>(),
                        },
                    )*],
                    sections: vec![$((stringify!($nested), <$Nested as $crate::Section>::describe()),)*],
                }
            }

            fn check(&self) -> Result<(), $crate::InvalidSetting> {
                $($(
                    let rule: fn(&$Type, &Self) -> bool = $rule;
                    if !rule(&self.$field, self) {
                        return Err($crate::InvalidSetting {
                            name: stringify!($field).to_owned(),
                            value: $crate::text_of(&self.$field),
                            allowed: $allowed,
                        });
                    }
                )?)*
                $(
                    $crate::Section::check(&self.$nested)
                        .map_err(|error| error.within(stringify!($nested)))?;
                )*
                Ok(())
            }

            fn follow(&mut self, next: Self) -> $crate::Changes {
                let mut changes = $crate::Changes::default();
                $(
                    $crate::assign(
                        &mut self.$field,
                        next.$field,
                        stringify!($field),
                        $crate::Applies::$applies,
                        &mut changes,
                    );
                )*
                $(
                    changes.add(
                        stringify!($nested),
                        $crate::Section::follow(&mut self.$nested, next.$nested),
                    );
                )*
                changes
            }
        }
    };
}
