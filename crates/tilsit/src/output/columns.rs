//! Tables.

/// pip's table: a header, a line of dashes, rows; columns one space apart, no space at the ends of lines.
pub fn pip_columns(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut all = vec![header.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()];
    all.extend_from_slice(rows);
    let widths = widths(&all);
    let dashes = widths.iter().map(|width| "-".repeat(*width)).collect();
    all.insert(1, dashes);
    lines(&all, &widths, 1)
}

/// Our table: rows in columns two spaces apart.
pub fn aligned(rows: &[Vec<String>]) -> String {
    lines(rows, &widths(rows), 2)
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    (0..columns).map(|at| width(at).unwrap_or(0)).collect()
}

fn lines(rows: &[Vec<String>], widths: &[usize], gap: usize) -> String {
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.chars().count() + gap));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn tables() {
        let rows = [row(&["alpha", "1.0"]), row(&["b", "22.0.1", "x"])];
        let expected = "Package Version\n------- -------\nalpha   1.0\nb       22.0.1\n";
        assert_eq!(
            pip_columns(&["Package", "Version"], &[row(&["alpha", "1.0"]), row(&["b", "22.0.1"])]),
            expected
        );
        assert_eq!(aligned(&rows), "alpha  1.0\nb      22.0.1  x\n");
    }
}
