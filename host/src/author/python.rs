//! A component from a Python module: componentize-py embeds it in CPython, with every import of WASI stubbed.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::toolchain::Tool;
use super::world::{self, WIT_DIR, WORLD};
use super::{AuthorError, Project};

/// The module that implements the plugin's interface; it may import others beside it.
pub(super) const SOURCE: &str = "app.py";
const MODULE: &str = "app";

const PYTHON: Tool = Tool { program: "python3", hint: "install Python 3.10 or later with its venv module" };
const PIP: Tool = Tool { program: ".venv/bin/pip", hint: "install Python's venv module with pip, and remove .venv" };
const OWN: Tool =
    Tool { program: ".venv/bin/componentize-py", hint: "name componentize-py in requirements.txt, and remove .venv" };
const ON_PATH: Tool = Tool { program: "componentize-py", hint: OWN.hint };

pub(super) fn component(
    project: &Project,
    output: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, AuthorError> {
    world::write(project)?;
    let tool = componentize_py(&project.dir, progress)?;
    progress("making a component with componentize-py");
    let mut componentize = tool.command(&project.dir);
    componentize.args(["-d", WIT_DIR, "-w", WORLD, "componentize", "--stub-wasi"]);
    // What requirements.txt names besides is found there, and becomes part of the component where it is imported.
    componentize.env("VIRTUAL_ENV", project.dir.join(".venv"));
    componentize.arg(MODULE).arg("-o").arg(output);
    tool.run(&mut componentize)?;
    fs::read(output).map_err(|source| AuthorError::file("read", output, source))
}

/// The plugin's own, else the one on the search path, else a new one of its own, as requirements.txt pins it.
fn componentize_py(dir: &Path, progress: &mut dyn FnMut(&str)) -> Result<Tool, AuthorError> {
    if dir.join(OWN.program).exists() {
        return Ok(OWN);
    }
    let is_on_path =
        Command::new(ON_PATH.program).arg("--version").output().is_ok_and(|output| output.status.success());
    if is_on_path {
        return Ok(ON_PATH);
    }
    progress("installing what requirements.txt names into .venv");
    PYTHON.run(PYTHON.command(dir).args(["-m", "venv", ".venv"]))?;
    PIP.run(PIP.command(dir).args(["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]))?;
    Ok(OWN)
}
