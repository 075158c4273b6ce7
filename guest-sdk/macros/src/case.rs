//! The cases of `#[serde(rename_all = "…")]`.

/// Renames a field or a variant; `None` where the rule is unknown.
pub fn rename(rule: &str, name: &str) -> Option<String> {
    let words = words(name);
    let lower = words.iter().map(|word| word.to_lowercase());
    let capital = words.iter().map(|word| capitalise(word));
    Some(match rule {
        "lowercase" => name.to_lowercase(),
        "UPPERCASE" => name.to_uppercase(),
        "PascalCase" => capital.collect(),
        "camelCase" => lower.take(1).chain(capital.skip(1)).collect(),
        "snake_case" => lower.collect::<Vec<_>>().join("_"),
        "SCREAMING_SNAKE_CASE" => lower.collect::<Vec<_>>().join("_").to_uppercase(),
        "kebab-case" => lower.collect::<Vec<_>>().join("-"),
        "SCREAMING-KEBAB-CASE" => lower.collect::<Vec<_>>().join("-").to_uppercase(),
        _ => return None,
    })
}

/// Words as serde cuts them: at underscores, or, in a variant's name, before each capital.
fn words(name: &str) -> Vec<String> {
    if name.contains('_') || name.starts_with(char::is_lowercase) {
        return name.split('_').map(str::to_owned).collect();
    }
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            _ => words.push(letter.into()),
        }
    }
    words
}

fn capitalise(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
