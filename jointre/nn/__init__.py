"""Networks: tensors in, tensors out; no documents, no files."""
