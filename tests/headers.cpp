// Stands for the headers that CMake compiles before all tests: see CMakeLists.txt.
