//! `build`: every server in every packaging, and what runs them.

use anyhow::Result;
use clap::Args;
use harness::subject::CONTAINERS;
use harness::{exit::Exit, place};

use super::{Beside, Global};

/// Builds every server as a component and as a native program, optimised, and where there is a Docker engine an image of each, installs what they are compared with, and prints where it is.
#[derive(Args)]
pub struct Arguments {
    /// Builds noop alone: whether anything can be built here is known sooner.
    #[arg(long)]
    quick: bool,
}

/// Builds and lists.
pub fn run(global: &Global, own: &Arguments) -> Result<Exit> {
    let root = place::root()?;
    let mut servers = global.servers(&root)?;
    servers.retain(|server| !own.quick || server.name == "noop");
    let beside = Beside {
        references: !own.quick,
        containers: CONTAINERS.to_vec(),
        stock: !own.quick,
    };
    let built = global.build(&root, &servers, &place::cache()?, beside)?;
    if global.json {
        println!("{}", serde_json::to_string_pretty(&built.subjects)?);
        return Ok(Exit::Done);
    }
    for made in &built.subjects {
        let mut images = built.images.iter();
        let image = images.find(|image| Some(&image.name) == made.image.as_ref());
        let (size, what) = match (&made.interpreted, image) {
            // An interpreter's own size says nothing of what it runs.
            (Some(interpreted), _) => (String::new(), interpreted.title.clone()),
            (None, Some(image)) => {
                let size = record::Bytes(image.size);
                (size.to_string(), image.name.clone())
            }
            (None, None) => {
                let size = record::Bytes(std::fs::metadata(&made.file)?.len());
                (size.to_string(), made.file.display().to_string())
            }
        };
        let packaging = made.packaging.name();
        println!("{:19} {packaging:20} {size:>9}  {what}", made.server);
    }
    Ok(Exit::Done)
}
