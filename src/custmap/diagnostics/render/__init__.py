"""One finding, many forms: text, JSON, GitHub, SARIF, JUnit."""
