"""What `league new` writes: games (`*.game`), configurations (`*.yaml`) and tests (`*.test`), with GAME in place of a name."""
