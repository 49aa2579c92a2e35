//! A component from a JavaScript module: jco embeds it in QuickJS, with every import of WASI stubbed.

use std::fs;
use std::path::Path;

use super::toolchain::Tool;
use super::world::{self, WIT_DIR, WORLD};
use super::{AuthorError, Project};

/// The module that exports the plugin's interface; it may import others.
const SOURCE: &str = "src/plugin.js";

const NPM: Tool = Tool { program: "npm", hint: "install Node.js 20 or later, which brings npm" };
/// As package.json asks for it.
const JCO: Tool = Tool { program: "node_modules/.bin/jco", hint: "name @bytecodealliance/jco in package.json" };

pub(super) fn component(
    project: &Project,
    output: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, AuthorError> {
    world::write(project)?;
    if !project.dir.join(JCO.program).exists() {
        progress("installing what package.json names with npm");
        NPM.run(NPM.command(&project.dir).args(["install", "--no-audit", "--no-fund"]))?;
    }
    progress("making a component with jco");
    let mut jco = JCO.command(&project.dir);
    // A relative path would be looked for below the module's own folder.
    jco.arg("componentize").arg(project.dir.join(SOURCE));
    jco.args(["--wit", WIT_DIR, "--world-name", WORLD, "--backend", "quickjs"]);
    jco.args(["--backend-qjs-stub-wasi", "--backend-qjs-disable-async"]).arg("--out").arg(output);
    JCO.run(&mut jco)?;
    fs::read(output).map_err(|source| AuthorError::file("read", output, source))
}
