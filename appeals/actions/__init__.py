"""What people, platforms and clocks do with decisions and appeals."""
