"""Components for jointre, one file each; setup.cfg declares their names."""
