"""Organisations: the companies whose policies Garant keeps."""
