"""Clusters of mentions read as entities, for formats whose files list one mention per entity."""

from jointre.data.mentions import one_entity_per_cluster
from jointre.data.schema import Document
from jointre.data.skipped import SkippedData


def merged_clusters(document: Document, location: str, skipped: SkippedData) -> Document:
    """The document with one entity per cluster, as document models need it.

    Args:
        document: Document as the file has it, with one entity per mention.
        location: Location of the document, for messages.
        skipped: Counts clusters of different labels, and relations that become equal.
    """
    document, mixed, repeated = one_entity_per_cluster(document)
    if mixed:
        skipped.add("clusters of different labels given the most frequent", location, mixed)
    if repeated:
        skipped.add("relations of merged mentions kept once", location, repeated)
    return document
