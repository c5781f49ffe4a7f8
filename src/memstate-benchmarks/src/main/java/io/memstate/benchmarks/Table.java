package io.memstate.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows under headings, printed with the columns as wide as what is in them.
 */
final class Table {

	private final List<String[]> rows = new ArrayList<>();

	Table(String... headings) {
		this.rows.add(headings);
	}

	/**
	 * Adds a row.
	 * @param cells text, or numbers, which are shown with separators
	 */
	void add(Object... cells) {
		String[] row = new String[cells.length];
		for (int i = 0; i < cells.length; i++) {
			row[i] = text(cells[i]);
		}
		this.rows.add(row);
	}

	private static String text(Object cell) {
		if (cell instanceof Double number) {
			return String.format(Locale.ROOT, "%,.2f", number);
		}
		return (cell instanceof Number number) ? String.format(Locale.ROOT, "%,d", number.longValue())
				: String.valueOf(cell);
	}

	void print() {
		int[] widths = new int[this.rows.get(0).length];
		for (String[] row : this.rows) {
			for (int i = 0; i < row.length; i++) {
				widths[i] = Math.max(widths[i], row[i].length());
			}
		}
		for (String[] row : this.rows) {
			StringBuilder line = new StringBuilder();
			for (int i = 0; i < row.length; i++) {
				// the first names the row
				line.append(String.format((i == 0) ? "%-" + widths[i] + "s" : "  %" + widths[i] + "s", row[i]));
			}
			System.out.println(line);
		}
	}

}
