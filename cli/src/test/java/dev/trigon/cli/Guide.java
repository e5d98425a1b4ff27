package dev.trigon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A document as an operator reads it: what is to be typed, in its order, the files it shows, the commands it names. */
record Guide(String name, String text) {
    private static final Path HOME = Path.of("..");
    private static final Pattern PROGRAM = Pattern.compile("(?<![\\w/.-])(?:scripts/)?vipctl(?![\\w.-])");
    private static final Pattern NAMED = Pattern.compile("`vipctl ([^`]+)`");

    /** What the demo prints, and vipd, has the program's name, and is not to be typed. */
    static final Set<String> PRINTED = Set.of(
            "ok    vipctl explains what happened",
            "vipctl explain says backend b3, reason flow",
            "\"remedy\" : \"look again with `vipctl history` and `vipctl plan`, and give the revision that those show\"");

    static List<Guide> all() throws IOException {
        List<Guide> guides = new ArrayList<>(List.of(read("README.md")));
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            for (Path path :
                    docs.filter(it -> it.toString().endsWith(".md")).sorted().toList()) {
                guides.add(read(HOME.relativize(path).toString()));
            }
        }
        return guides;
    }

    static Guide read(String name) throws IOException {
        return new Guide(name, Files.readString(HOME.resolve(name)));
    }

    /** Lines of code, without their indent. */
    private List<String> code() {
        List<String> code = new ArrayList<>();
        boolean fenced = false;
        for (String line : text.lines().toList()) {
            boolean fence = line.strip().startsWith("```");
            if (!fence && (fenced || line.startsWith("    "))) {
                code.add(line.strip());
            }
            fenced ^= fence;
        }
        return code;
    }

    /** Every line of code with vipctl in it, and where a file is edited. One that cannot be understood is none that is passed over. */
    List<ShellLine> lines() {
        return code().stream()
                .filter(line -> line.startsWith(ShellLine.EDITOR)
                        || PROGRAM.matcher(line).find())
                .filter(line -> !PRINTED.contains(line))
                .map(ShellLine::of)
                .toList();
    }

    /** Whether a line of code is shown somewhere. */
    boolean shows(String line) {
        return code().contains(line);
    }

    /** The first block of code whose first line begins so, without its indent; empty where there is none. */
    String block(String begin) {
        StringBuilder block = new StringBuilder();
        text.lines()
                .dropWhile(line -> !line.startsWith("    " + begin))
                .takeWhile(line -> line.startsWith("    "))
                .forEach(line -> block.append(line.substring(4)).append('\n'));
        return block.toString();
    }

    /** What follows vipctl where a sentence names a command. */
    List<String> named() {
        return NAMED.matcher(text).results().map(it -> it.group(1)).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
