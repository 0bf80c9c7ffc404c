//! Turns text into lines that are broken between words, and into pages that fit a terminal.

/// No line longer than the columns: what is broken off goes on below the line's second column, or a little to the right.
pub(super) fn wrapped(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| fold(line, columns)).collect();
    lines.join("\n")
}

fn fold(line: &str, columns: usize) -> String {
    let mut rest: Vec<char> = line.trim_end().chars().collect();
    if rest.len() <= columns {
        return line.trim_end().to_owned();
    }
    let indent = " ".repeat(hanging(&rest, columns));
    let mut out = String::new();
    while rest.len() > columns {
        let start = rest.iter().take_while(|c| **c == ' ').count();
        let blank = |at: &usize| rest[*at] == ' ';
        // A word that is longer than the line stays whole: the terminal breaks it.
        let before = (start + 1..=columns).rev().find(blank);
        let Some(end) = before.or_else(|| (columns.max(start)..rest.len()).find(blank)) else {
            break;
        };
        out.extend(&rest[..end]);
        out = out.trim_end().to_owned() + "\n";
        let next = rest[end..].iter().skip_while(|c| **c == ' ');
        rest = indent.chars().chain(next.copied()).collect();
    }
    out.extend(&rest);
    out
}

/// Where the second column begins: behind the first two blanks in a row, if that is not too far to the right.
fn hanging(line: &[char], columns: usize) -> usize {
    let start = line.iter().take_while(|c| **c == ' ').count();
    let gap = (start..line.len() - 1).find(|at| line[*at] == ' ' && line[at + 1] == ' ');
    let column = gap.map(|gap| gap + line[gap..].iter().take_while(|c| **c == ' ').count());
    column
        .filter(|column| *column <= columns / 3)
        .unwrap_or((start + 2).min(columns / 3))
}

/// The lines in pages of as many rows as there are; a line that is longer than the columns takes several.
pub(super) fn pages(text: &str, columns: usize, rows: usize) -> Vec<Vec<&str>> {
    let mut pages: Vec<Vec<&str>> = Vec::new();
    let mut left = 0;
    for line in text.lines() {
        let takes = line.chars().count().div_ceil(columns).max(1);
        if takes > left || pages.is_empty() {
            pages.push(Vec::new());
            left = rows;
        }
        left = left.saturating_sub(takes);
        if let Some(page) = pages.last_mut() {
            page.push(line);
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_below_their_second_column() {
        let text =
            "  python    3.14  [assumed: nothing in the project says otherwise]\n  port      8000";
        assert_eq!(
            wrapped(text, 40),
            "  python    3.14  [assumed: nothing in\n            the project says otherwise]\n  port      8000"
        );
        assert_eq!(
            wrapped("Builder's packages: gcc, libpq-dev", 25),
            "Builder's packages: gcc,\n  libpq-dev"
        );
        let long = "x".repeat(50);
        assert_eq!(wrapped(&long, 20), long);
        assert_eq!(wrapped(&format!("{long} y"), 20), format!("{long}\n  y"));
        assert_eq!(wrapped(&format!("a {long}"), 20), format!("a\n  {long}"));
        assert_eq!(wrapped("", 20), "");
        assert_eq!(wrapped(&" ".repeat(30), 20), "");
        let far = format!("{}a b", " ".repeat(30));
        assert_eq!(wrapped(&far, 20), format!("{}a\n      b", " ".repeat(30)));
    }

    #[test]
    fn pages_hold_what_fits() {
        assert_eq!(pages("a\nb\nc\n", 10, 2), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(
            pages("0123456789a\nb\nc", 10, 2),
            [vec!["0123456789a"], vec!["b", "c"]]
        );
        let endless = "x".repeat(100);
        assert_eq!(pages(&endless, 10, 2), [vec![endless.as_str()]]);
        assert!(pages("", 10, 2).is_empty());
    }
}
