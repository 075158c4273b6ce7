//! What a file weighs without what it does not need to run: symbols, names, debug information.

use object::Endianness;
use object::elf::{FileHeader64, SHF_ALLOC, SHT_SYMTAB, SectionHeader64};
use object::read::elf::{FileHeader as _, SectionHeader as _};
use wasmparser::BinaryReader;

/// The length of a program without its symbol table and debug sections, which is what `strip` takes away.
///
/// # Errors
/// When it is no 64-bit ELF file.
pub fn program(file: &[u8]) -> object::read::Result<usize> {
    let header = FileHeader64::<Endianness>::parse(file)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, file)?;
    // The names of symbols are a section of their own, and the table of symbols says which.
    let symbols = sections
        .iter()
        .find(|section| section.sh_type(endian) == SHT_SYMTAB);
    let names = symbols.map(|symbols| symbols.link(endian));
    let mut dropped = 0;
    for (index, section) in sections.enumerate() {
        let is_symbols = section.sh_type(endian) == SHT_SYMTAB || Some(index) == names;
        let is_debug = sections
            .section_name(endian, section)?
            .starts_with(b".debug");
        // What is mapped when the program runs stays, whatever it is called.
        let is_mapped = section.sh_flags(endian) & u64::from(SHF_ALLOC) != 0;
        if (is_symbols || is_debug) && !is_mapped {
            let content = section.data(endian, file)?;
            dropped += content.len() + size_of::<SectionHeader64<Endianness>>();
        }
    }
    Ok(file.len() - dropped)
}

/// A copy of a component, or of a module, without custom sections in it and in all that it nests.
///
/// # Errors
/// When it is not one.
pub fn component(binary: &[u8]) -> wasmparser::Result<Vec<u8>> {
    let mut reader = BinaryReader::new(binary, 0);
    let mut copy = reader.read_bytes(8)?.to_vec();
    // The second half of the header tells a component from a module.
    let nests = copy[4..] == [0x0d, 0, 1, 0];
    while !reader.eof() {
        let id = reader.read_u8()?;
        let length = reader.read_var_u32()?;
        let content = reader.read_bytes(length.try_into().expect("32 bits fit"))?;
        let content = match id {
            CUSTOM => continue,
            MODULE | COMPONENT if nests => &component(content)?,
            _ => content,
        };
        copy.push(id);
        push_length(&mut copy, content.len());
        copy.extend_from_slice(content);
    }
    Ok(copy)
}

const CUSTOM: u8 = 0;
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// Appends a length as LEB128.
fn push_length(copy: &mut Vec<u8>, mut length: usize) {
    while length > 0x7f {
        copy.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    copy.push(length as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::{process, subject};

    fn this_test() -> (std::path::PathBuf, Vec<u8>) {
        let path = std::env::current_exe().expect("a test is a program");
        let file = std::fs::read(&path).expect("it can be read");
        (path, file)
    }

    #[test]
    fn a_program_with_symbols_weighs_less_without_them() {
        let (_, file) = this_test();
        let stripped = program(&file).expect("a test is a program");
        assert!(stripped < file.len(), "{stripped} of {}", file.len());
        assert!(program(&file[..100]).is_err());
    }

    #[test]
    fn the_strip_command_leaves_as_much() {
        let Some(strip) = subject::find("strip") else {
            return println!("skipped: there is no strip command");
        };
        let (path, file) = this_test();
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = ["-o".into(), "stripped".into(), path.into()];
        let output = process::output(&strip, &arguments, folder.path()).expect("it starts");
        assert!(output.status.success(), "{output:?}");
        let theirs = std::fs::read(folder.path().join("stripped")).expect("it was written");
        assert_eq!(program(&theirs).expect("a program"), theirs.len());
        // The names of the sections themselves and the gaps between sections are left aside.
        let apart = program(&file).expect("a program").abs_diff(theirs.len());
        assert!(apart < 1024, "{apart} of {}", theirs.len());
    }

    #[test]
    fn a_component_loses_custom_sections_and_nothing_else() {
        let custom = [0, 5, 4, b'n', b'a', b'm', b'e'];
        // 200 empty types: a section whose length takes two bytes.
        let types = [&[1, 0xda, 0x04, 0xc8, 0x01][..], &[0x60, 0, 0].repeat(200)].concat();
        let module = |parts: &[&[u8]]| [&b"\0asm\x01\0\0\0"[..], &parts.concat()].concat();
        let component_of = |parts: &[&[u8]]| [&b"\0asm\x0d\0\x01\0"[..], &parts.concat()].concat();
        let nested = |id, content: &[u8]| {
            let mut section = vec![id];
            push_length(&mut section, content.len());
            [section, content.to_vec()].concat()
        };
        let file = |custom: &[u8]| {
            let inner = nested(MODULE, &module(&[&types, custom]));
            let outer = nested(COMPONENT, &component_of(&[custom, &inner]));
            component_of(&[&inner, custom, &outer])
        };
        let bare = file(&[]);
        wasmparser::Validator::new()
            .validate_all(&bare)
            .expect("a component");
        assert_eq!(component(&file(&custom)).expect("a component"), bare);
        assert_eq!(component(&bare).expect("a component"), bare);
        assert!(component(&bare[..20]).is_err());
    }
}
