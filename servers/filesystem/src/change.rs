//! Writing files, making directories and moving things.

use crate::allowed::Allowed;
use crate::disk::{self, Kind};
use crate::failure::{Failure, Fault};
use crate::lexical;

/// Puts `content` into a file, in one step; the file is made where it does not exist.
pub fn write(allowed: &Allowed, requested: &str, content: &str) -> Result<String, Failure> {
    allowed.on(requested, |path| {
        disk::replace(path, content.as_bytes()).map_err(|fault| fault.at("open", path))
    })?;
    Ok(format!("Successfully wrote to {requested}"))
}

/// Makes a directory and those above it; one that exists is left alone.
pub fn create_directory(allowed: &Allowed, requested: &str) -> Result<String, Failure> {
    allowed.on(requested, |path| match disk::look(path) {
        Ok(Kind::Directory) => Ok(()),
        Ok(_) => Err(Fault::Exists.at("mkdir", path)),
        Err(Fault::Missing) => create_all(path),
        Err(fault) => Err(fault.at("mkdir", path)),
    })?;
    Ok(format!("Successfully created directory {requested}"))
}

/// Makes the missing directories from the innermost existing one downwards.
fn create_all(path: &str) -> Result<(), Failure> {
    let mut missing = vec![path];
    loop {
        let above = lexical::parent(missing[missing.len() - 1]);
        match disk::look(above) {
            Err(Fault::Missing) if above != "/" => missing.push(above),
            _ => break,
        }
    }
    for directory in missing.into_iter().rev() {
        match disk::create_directory(directory) {
            Ok(()) => {}
            // somebody else made it meanwhile
            Err(Fault::Exists) if disk::look(directory) == Ok(Kind::Directory) => {}
            Err(fault) => return Err(fault.at("mkdir", path)),
        }
    }
    Ok(())
}

/// Moves or renames; a destination that exists is never replaced.
pub fn move_file(allowed: &Allowed, source: &str, destination: &str) -> Result<String, Failure> {
    if let (Some(from), Some(to)) = (allowed.direct(source), allowed.direct(destination))
        // of a link, what it leads to is moved
        && disk::look(&from).is_ok_and(|kind| kind != Kind::Link)
        && rename(&from, &to).is_ok()
    {
        return Ok(format!("Successfully moved {source} to {destination}"));
    }
    rename(&allowed.resolve(source)?, &allowed.resolve(destination)?)?;
    Ok(format!("Successfully moved {source} to {destination}"))
}

fn rename(from: &str, to: &str) -> Result<(), Failure> {
    let taken = || Failure(format!("Destination already exists: {to}"));
    match disk::look(to) {
        Ok(_) => return Err(taken()),
        Err(Fault::Missing) => {}
        Err(fault) => return Err(fault.at("lstat", to)),
    }
    disk::rename(from, to).map_err(|fault| match fault {
        Fault::Exists => taken(),
        fault => fault.between("rename", from, to),
    })
}
