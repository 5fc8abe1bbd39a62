# Writes a C++ source that defines a string_view with the bytes of a file. Run as a script:
#   cmake -DINPUT=file -DOUTPUT=file.cpp -DHEADER=module/header.hpp -DNAMESPACE=a::b -DNAME=kName -P EmbedFile.cmake
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
# Eight characters to a line: some compilers and editors choke on one line of a megabyte.
string(REGEX REPLACE "(('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',)('[^']*',))" "\\1\n"
       bytes "${bytes}")
get_filename_component(name ${INPUT} NAME)
file(WRITE ${OUTPUT}.new "// Made by EmbedFile.cmake from ${name}.
#include \"${HEADER}\"

namespace ${NAMESPACE} {
namespace {

constexpr char ${NAME}Bytes[] = {
${bytes}
};

}  // namespace

constinit const std::string_view ${NAME}(${NAME}Bytes, sizeof(${NAME}Bytes));

}  // namespace ${NAMESPACE}
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
