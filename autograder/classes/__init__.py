"""The class report: many recorded reports -> one page and the tables that a spreadsheet or a gradebook reads."""
