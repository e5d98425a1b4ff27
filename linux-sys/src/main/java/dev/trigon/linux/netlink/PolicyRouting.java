package dev.trigon.linux.netlink;

import dev.trigon.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Policy rules, and routes in tables of one's own: asked and changed over an rtnetlink socket, as {@link Rtnetlink} does with
 * the rest. Any thread may call; it sees the network namespace of the thread that opened it.
 */
public final class PolicyRouting implements AutoCloseable {
    private static final int ENOENT = 2;
    private static final int ESRCH = 3;
    private static final int EEXIST = 17;
    private static final int EOPNOTSUPP = 95;
    private static final int EAFNOSUPPORT = 97;

    private static final int CREATE = NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL;

    private final Conversation conversation;

    private PolicyRouting(Conversation conversation) {
        this.conversation = conversation;
    }

    public static PolicyRouting open() {
        return new PolicyRouting(Conversation.open());
    }

    /** Every rule, in the order in which the kernel asks them, IPv4's first. */
    public synchronized List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (Family family : Rtnetlink.FAMILIES) {
            rules.addAll(rules(family));
        }
        return rules;
    }

    private List<Rule> rules(Family family) {
        Request request = new Request(
                "RTM_GETRULE(" + family + ")", RuleMessage.RTM_GETRULE, 0, m -> RuleMessage.query(m, family));
        try {
            return conversation.dump(request, message -> family.isOf(message) ? RuleMessage.parse(message) : null);
        } catch (LinuxException e) {
            // a kernel without that family, or without policy routing
            if (e.errno() == EAFNOSUPPORT || e.errno() == EOPNOTSUPP) {
                return List.of();
            }
            throw e;
        }
    }

    /** @return false if there was such a rule already, whoever's */
    public synchronized boolean addRule(Rule rule) {
        return change("RTM_NEWRULE(" + rule + ")", RuleMessage.RTM_NEWRULE, CREATE, rule, EEXIST);
    }

    /** @return false if there was none */
    public synchronized boolean removeRule(Rule rule) {
        return change("RTM_DELRULE(" + rule + ")", RuleMessage.RTM_DELRULE, 0, rule, ENOENT);
    }

    private boolean change(String call, int type, int flags, Rule rule, int nothingToDo) {
        return conversation.change(new Request(call, type, flags, m -> RuleMessage.write(m, rule)), nothingToDo);
    }

    /** @return false if the table had a route to that address already */
    public synchronized boolean addRoute(TableRoute route) {
        return change("RTM_NEWROUTE(" + route + ")", RouteMessage.RTM_NEWROUTE, CREATE, route, EEXIST);
    }

    /** @return false if there was none */
    public synchronized boolean removeRoute(TableRoute route) {
        return change("RTM_DELROUTE(" + route + ")", RouteMessage.RTM_DELROUTE, 0, route, ESRCH);
    }

    private boolean change(String call, int type, int flags, TableRoute route, int nothingToDo) {
        return conversation.change(
                new Request(call, type, flags, m -> RouteMessage.byInterface(m, route)), nothingToDo);
    }

    @Override
    public synchronized void close() {
        conversation.close();
    }
}
