"""Components for jointre: one file each; setup.cfg says what they are called."""
