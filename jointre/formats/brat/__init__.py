"""brat: standoff annotations in .ann files beside .txt files."""
