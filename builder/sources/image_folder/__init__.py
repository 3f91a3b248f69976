"""Figures of a folder with images and a metadata file."""

from builder.sources.image_folder.source import ImageFolderSource

__all__ = ["ImageFolderSource"]
