"""Publishing a release, the metric, the filter's weights and the demo on the Hugging Face Hub."""
