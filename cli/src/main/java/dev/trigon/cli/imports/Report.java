package dev.trigon.cli.imports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What an import has to tell: what was lost, and what an operator should know. Each thing is said once, with all the lines that
 * it is about.
 */
final class Report {
    private static final int MAX_REMARKS = 1_000;
    private static final int MAX_LINES = 1_000;
    private static final int LINES_NAMED = 5;

    private static final class Remark {
        private final TreeSet<Integer> lines = new TreeSet<>();
        private int unnamed;

        private int first() {
            return lines.first();
        }

        private void add(int line) {
            if (lines.size() < MAX_LINES) {
                lines.add(line);
            } else {
                unnamed++;
            }
        }

        private String also() {
            List<Integer> others = lines.stream().skip(1).limit(LINES_NAMED).toList();
            if (others.isEmpty()) {
                return "";
            }
            int more = lines.size() - 1 - others.size() + unnamed;
            return " (also line" + (others.size() > 1 ? "s " : " ")
                    + others.stream().map(String::valueOf).collect(Collectors.joining(", "))
                    + (more > 0 ? " and " + more + " more)" : ")");
        }
    }

    private final Map<String, Remark> remarks = new LinkedHashMap<>();
    private int losses;
    private int unsaid;

    /** What was there and is not in the services file, or is there and means something else. */
    void lost(int line, String why, String remedy) {
        losses++;
        add(line, why + "; " + remedy);
    }

    void lost(int line, Misfit misfit) {
        lost(line, misfit.why(), misfit.remedy());
    }

    /** What is there as it was, and yet something is to be done or to be known. */
    void noted(int line, String what) {
        add(line, "note: " + what);
    }

    int losses() {
        return losses;
    }

    private void add(int line, String text) {
        String shown = Text.line(text);
        Remark remark = remarks.get(shown);
        if (remark == null) {
            if (remarks.size() == MAX_REMARKS) {
                unsaid++;
                return;
            }
            remark = new Remark();
            remarks.put(shown, remark);
        }
        remark.add(line);
    }

    /** As compilers have them, in the order of the input. */
    List<String> lines(String name) {
        List<String> lines = new ArrayList<>();
        remarks.entrySet().stream()
                .sorted(Comparator.comparingInt(remark -> remark.getValue().first()))
                .forEach(remark -> lines.add(name + ":" + remark.getValue().first() + ": " + remark.getKey()
                        + remark.getValue().also()));
        if (unsaid > 0) {
            lines.add(name + ": and " + unsaid + " more of other kinds");
        }
        return lines;
    }
}
