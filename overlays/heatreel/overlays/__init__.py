"""From hits to pictures: density, layers, legend, report."""
