using System.Text;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;
using Xunit;

namespace MpcSigner.Kernel.Tests.Documents;

public class RosterDifferencesTests
{
    private static Roster Parse(string text)
    {
        Assert.True(RosterDocument.TryParse(Encoding.UTF8.GetBytes(text), out var roster, out _));
        return roster;
    }

    [Fact]
    public void The_examples_differ_in_what_the_second_one_says_of_itself()
    {
        var before = Parse(DocumentCases.RosterExample);
        var after = Parse(DocumentCases.SecondRosterExample);
        var lines = RosterDifferences.Between(before, after).Select(difference => difference.ToString()).ToList();
        foreach (var expected in new[]
        {
            "changed roster: administrators that must sign from 1 to 2",
            "changed roster: delay of destructions from 1d to 2d",
            "removed node gamma: node-gamma.example:7443",
            "changed node beta: identity key from 720c",
            "changed node beta: former identity keys from none to 720c",
            "added node delta: node-delta.example:7443, nid ",
            "added former node gamma: nid f670",
            "changed client payroll-service: signing key from b783",
            "changed administrator alice: TLS keys from none to ",
            "added administrator bob: signing key ",
            "added administrator carol: signing key ",
            "added schedule hot-weekly: refresh keys of label hot-1 every 7d from 2026-12-06T03:00:00Z on, each within 6h",
            "added schedule all-monthly: refresh all keys every 30d",
        })
        {
            Assert.Single(lines, line => line.StartsWith(expected, StringComparison.Ordinal));
        }
        Assert.Equal(13, lines.Count);
        Assert.Empty(RosterDifferences.Between(after, after));
        Assert.All(RosterDifferences.Between(after, before), difference => Assert.NotEmpty(difference.Detail));
    }

    [Fact]
    public void A_schedule_that_names_keys_names_them()
    {
        var schedule = Parse(DocumentCases.SecondRosterExample).Schedules[0];
        Assert.StartsWith("refresh key 00", RosterDifferences.Describe(schedule with { Label = "", Keys = [default] }), StringComparison.Ordinal);
        Assert.StartsWith("refresh 2 keys (0000", RosterDifferences.Describe(schedule with { Label = "", Keys = [default, default] }), StringComparison.Ordinal);
    }
}
