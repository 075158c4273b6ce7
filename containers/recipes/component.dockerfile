# What runs components, and the machine code of one. Grants are flags before its name: `run --dir /data /component.cwasm`.
FROM scratch
COPY wasmmcp-runtime /wasmmcp-runtime
COPY component.cwasm /component.cwasm
USER 65534:65534
ENTRYPOINT ["/wasmmcp-runtime"]
CMD ["run", "/component.cwasm"]
