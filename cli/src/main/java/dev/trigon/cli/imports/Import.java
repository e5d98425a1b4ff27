package dev.trigon.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What was made of an input.
 *
 * @param file a services file
 * @param services how many are in it
 * @param remarks what is to be told, in the order of the input, each with its line
 * @param losses how many things could not be taken over as they were
 */
public record Import(JsonNode file, int services, List<String> remarks, int losses) {
    /** What is longer is no configuration. */
    public static final int MAX_OCTETS = 16 << 20;

    private interface Reader {
        List<VirtualServer> read(String text, Report report) throws NotImported;
    }

    /**
     * Of what {@code ipvsadm -S} writes.
     *
     * @param name of the input, for the remarks
     */
    public static Import ofIpvsadm(byte[] rules, String name) throws NotImported {
        return of(rules, name, (text, report) -> new IpvsadmReader(report).read(text));
    }

    /** Of a keepalived.conf. */
    public static Import ofKeepalived(byte[] configuration, String name) throws NotImported {
        return of(configuration, name, (text, report) -> new KeepalivedReader(report).read(text));
    }

    private static Import of(byte[] octets, String name, Reader reader) throws NotImported {
        if (octets.length > MAX_OCTETS) {
            throw new NotImported(0, "it is larger than 16 MiB", "check that it is the file that is meant");
        }
        Report report = new Report();
        List<VirtualServer> servers = reader.read(new String(octets, StandardCharsets.UTF_8), report);
        List<Service> services = new Mapping(report).services(servers);
        return new Import(Service.file(services), services.size(), report.lines(name), report.losses());
    }
}
