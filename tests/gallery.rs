// SPDX-License-Identifier: GPL-2.0-or-later
//! Writes every state of the pages as a file of its own, to be looked at: `cargo run --example gallery -- DIR`.

#[path = "screens/file.rs"]
mod file;
#[path = "screens/states.rs"]
#[allow(dead_code, reason = "the snapshots use the rest")]
mod states;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name the folder to write to")?);
    std::fs::create_dir_all(&folder)?;
    for (name, page) in states::all() {
        let text = file::filled(&page)?;
        let text = text.replace("href=\"css/", &format!("href=\"file://{}/css/", file::FOLDER));
        let text = text.replace("<script type=\"module\" src=\"page.js\"></script>", "");
        std::fs::write(folder.join(format!("{name}.html")), text)?;
    }
    Ok(())
}
