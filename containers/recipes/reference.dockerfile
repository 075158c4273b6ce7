# An interpreter with its libraries, then what it runs with its packages: files of the machine that measures, at the same places.
FROM scratch
ADD interpreter.tar /
ADD packages.tar /
USER 65534:65534
