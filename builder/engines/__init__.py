"""Ways to run the stages elsewhere than in processes of this machine."""
