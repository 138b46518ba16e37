"""The output formats of findings: text, JSON, GitHub, SARIF, JUnit."""
