"""The texts that people read, a module for each place where they read them. They import nothing."""
