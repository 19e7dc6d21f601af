"""Journeys: the ways that sessions went through a site, gathered (`paths`) and gone again in a browser (`drive`)."""
