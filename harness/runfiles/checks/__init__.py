"""What can be wrong with a run file, one kind of question a module; ``table`` names them all."""
