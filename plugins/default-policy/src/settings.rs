//! What a user may set: how bold the policy is. Parsed once, in `configure`.

use isartor_plugin::policy::Failure;

use crate::wording::Wording;

/// What to prefer where wording and embedding leave a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A miss.
    Strict,
    Balanced,
    /// A hit.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    mode: Mode,
    /// The least cosine at which the same content in other words is served; the thresholds of other modes and wordings
    /// lie around it.
    base: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mode: Mode::Balanced, base: 0.70 }
    }
}

impl Settings {
    pub(crate) fn parse(settings: &[(String, String)]) -> Result<Self, Failure> {
        let mut parsed = Self::default();
        for (key, value) in settings {
            match key.as_str() {
                "mode" => parsed.mode = mode(value)?,
                "threshold" => parsed.base = base(value)?,
                _ => return Err(refused(&["unknown setting '", key, "': the settings are mode and threshold"])),
            }
        }
        Ok(parsed)
    }

    /// The least cosine at which texts that differ like this are served, if they are at all. Measured with int8
    /// embeddings, whose cosines are some 0.006 below those of full precision.
    pub(crate) fn threshold_for(self, wording: Wording) -> Option<f32> {
        let offset = match (self.mode, wording) {
            (Mode::Strict, Wording::Same) => 0.14,
            (Mode::Balanced | Mode::Open, Wording::Same) | (Mode::Open, Wording::Rephrased) => 0.0,
            (Mode::Balanced, Wording::Rephrased) => 0.005,
            (Mode::Balanced, Wording::Elaborated) => 0.02,
            (Mode::Balanced, Wording::Condensed) => 0.05,
            (Mode::Open, Wording::Elaborated | Wording::Condensed) => 0.0,
            (Mode::Balanced, Wording::Extended) => 0.13,
            (Mode::Open, Wording::Extended) => 0.10,
            (Mode::Balanced, Wording::Exchanged) => 0.10,
            (Mode::Open, Wording::Exchanged) => 0.08,
            (Mode::Open, Wording::Inserted | Wording::Edited) => 0.20,
            (Mode::Balanced, Wording::Inserted | Wording::Edited) | (Mode::Strict, _) => return None,
        };
        Some(self.base + offset)
    }

    /// Below this no wording is served.
    pub(crate) fn lowest_threshold(self) -> f32 {
        let thresholds = [Wording::Same, Wording::Rephrased].map(|wording| self.threshold_for(wording));
        thresholds.into_iter().flatten().fold(1.0, f32::min)
    }
}

fn mode(value: &str) -> Result<Mode, Failure> {
    match value {
        "strict" => Ok(Mode::Strict),
        "balanced" => Ok(Mode::Balanced),
        "open" => Ok(Mode::Open),
        _ => Err(refused(&["mode '", value, "' is none of strict, balanced, open"])),
    }
}

fn base(value: &str) -> Result<f32, Failure> {
    let parsed = value.parse::<f32>().ok().filter(|threshold| (0.7..=1.0).contains(threshold));
    parsed.ok_or_else(|| refused(&["threshold '", value, "' is not a number from 0.70 to 1.0"]))
}

/// A failure repeats no more than the beginning of what a user wrote.
fn refused(parts: &[&str]) -> Failure {
    Failure::invalid_input(parts.iter().map(|part| &part[..part.floor_char_boundary(100)]).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(key: &str, value: &str) -> Result<Settings, String> {
        Settings::parse(&[(key.to_owned(), value.to_owned())]).map_err(|failure| failure.message)
    }

    #[test]
    fn settings_are_read() {
        assert_eq!(parse("mode", "strict").map(|settings| settings.mode), Ok(Mode::Strict));
        assert_eq!(parse("threshold", "0.95").map(|settings| settings.base), Ok(0.95));
        assert_eq!(Settings::parse(&[]).ok(), Some(Settings::default()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (key, value, expected) in [
            ("treshold", "0.9", "unknown setting 'treshold': the settings are mode and threshold"),
            ("mode", "Strict", "mode 'Strict' is none of strict, balanced, open"),
            ("threshold", "0.69", "threshold '0.69' is not a number from 0.70 to 1.0"),
            ("threshold", "1.01", "threshold '1.01' is not a number from 0.70 to 1.0"),
            ("threshold", "NaN", "threshold 'NaN' is not a number from 0.70 to 1.0"),
            ("threshold", "", "threshold '' is not a number from 0.70 to 1.0"),
        ] {
            assert_eq!(parse(key, value), Err(expected.to_owned()));
        }
    }
}
