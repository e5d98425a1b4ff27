package dev.trigon.cli;

/** Tables are for people and may change; JSON and YAML are for programs and keep their names. */
enum OutputFormat {
    table,
    json,
    yaml
}
