//! sigma-rust-scan RULES EVENTS: every rule below the folder RULES on every line of EVENTS, with sigma-rust.
//!
//! The library decides one rule on one event; finding rules and reading lines is left to its users, so this does
//! both, and no more: no routing, no index. Each match is a line `LINE<tab>RULE-ID` on standard output. Standard
//! error says at the end how many rules were loaded and refused, and what loading took.
use std::fs::{read_dir, read_to_string, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use sigma_rust::{event_from_json, rule_from_yaml, Rule};

struct Rules {
    rules: Vec<(String, Rule)>,
    refused: Vec<String>,
}

fn load(folder: &Path, into: &mut Rules) -> io::Result<()> {
    let mut entries = read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.path());
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            load(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            match rule_from_yaml(&read_to_string(&path)?) {
                Ok(rule) => into.rules.push((rule.id.clone().unwrap_or_default(), rule)),
                Err(error) => into.refused.push(format!("{}: {error}", path.display())),
            }
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: sigma-rust-scan RULES EVENTS");
        std::process::exit(3);
    }
    let start = Instant::now();
    let mut set = Rules { rules: Vec::new(), refused: Vec::new() };
    load(Path::new(&arguments[1]), &mut set)?;
    let loaded = start.elapsed();

    let mut output = BufWriter::new(io::stdout().lock());
    let (mut unread, mut matches) = (0u64, 0u64);
    for (index, line) in BufReader::new(File::open(&arguments[2])?).lines().enumerate() {
        let Ok(event) = event_from_json(&line?) else {
            unread += 1;
            continue;
        };
        for (id, rule) in &set.rules {
            if rule.is_match(&event) {
                matches += 1;
                writeln!(output, "{}\t{id}", index + 1)?;
            }
        }
    }
    output.flush()?;
    for refused in &set.refused {
        eprintln!("refused: {refused}");
    }
    eprintln!(
        "Loaded {} rules, {} refused, in {:.3} s; {matches} matches, {unread} events could not be read",
        set.rules.len(),
        set.refused.len(),
        loaded.as_secs_f64()
    );
    Ok(())
}
