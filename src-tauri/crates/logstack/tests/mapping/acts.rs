//! The verbs that the product knows, from the table that documents them.

const ACTS: &str = include_str!("../../../../../docs/formats/acts.md");

/// One verb: its name, the kinds of its subject, the names of its attributes.
pub struct Verb {
    pub name: String,
    pub subjects: Vec<String>,
    pub attributes: Vec<String>,
}

/// Every row of the table, a row of several verbs being several.
pub fn verbs() -> Vec<Verb> {
    let rows = ACTS.lines().skip_while(|line| !line.starts_with("| verb | function |")).skip(2);
    let verbs: Vec<Verb> = rows.take_while(|line| line.starts_with('|')).flat_map(row).collect();
    assert!(verbs.len() > 60, "the table was not found: {} verbs", verbs.len());
    verbs
}

fn row(line: &str) -> Vec<Verb> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let names = cells[1].split('`').filter(|part| part.contains('.'));
    let subject = cells[4].split('(').next().unwrap();
    let subjects: Vec<String> =
        subject.split([',', ' ']).filter(|word| !word.is_empty() && *word != "or").map(str::to_owned).collect();
    let attributes: Vec<String> = cells[5]
        .split(|character: char| !character.is_ascii_alphanumeric() && character != '_' && character != '.')
        .filter(|word| word.len() > 1 && word.chars().next().is_some_and(|first| first.is_ascii_lowercase()))
        .map(|word| word.trim_end_matches('.').to_owned())
        .collect();
    let verb = |name: &str| Verb { name: name.to_owned(), subjects: subjects.clone(), attributes: attributes.clone() };
    names.map(verb).collect()
}
