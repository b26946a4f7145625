using System.Text;
using MpcSigner.Client;
using MpcSigner.Client.Administration;
using MpcSigner.Core.Rosters;
using Xunit;
using static MpcSigner.Node.Tests.Clients.Administration.PlannedKeys;

namespace MpcSigner.Node.Tests.Clients.Administration;

/// <summary>Orders on their way from one administrator to the next.</summary>
public sealed class JobFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-orders-").FullName;
    private readonly Ed25519KeyFile[] _keys;
    private readonly Roster _roster;

    public JobFileTests()
    {
        _keys = [.. Enumerable.Range(1, 3).Select(i => Ed25519KeyFile.Create(Path.Combine(_folder, $"{i}.pem")))];
        _roster = PlannedKeys.Roster with { Administrators = [.. _keys.Select((k, i) => new RosterAdministrator($"admin-{i + 1}", k.PublicKey))], Quorum = 2 };
    }

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Two_administrators_sign_one_after_the_other_and_exactly_two_signatures_remain()
    {
        var file = Composed();
        var signing = new OrderSigning(_roster, [_keys[0]]);
        Assert.Equal(2, file.AllOrders.Max(signing.Missing));
        var once = await SignAsync(file, _keys[0]);
        Assert.Equal("TOO_FEW_SIGNATURES", Assert.Throws<MpcSignerException>(() => signing.RequireSigned(once.AllOrders.First())).Reason);

        var twice = await SignAsync(JobFile.Read(once.Write()), _keys[0], _keys[2], _keys[1]);
        Assert.All(twice.AllOrders, o => Assert.Equal(2, o.Signatures.Count));
        Assert.All(twice.AllOrders, signing.RequireSigned);
        Assert.Equal(2, twice.SignedBy.Count);
        Assert.All(twice.Orders, o => Assert.Equal(64, o.Order.Length));
    }

    [Fact]
    public void Reads_what_it_wrote_to_the_byte()
    {
        var file = Composed();
        var again = JobFile.Read(file.Write());
        Assert.Equal(file.Write(), again.Write());
        Assert.Equal("refresh", again.Orders[0].Action);
        Assert.Equal(3, again.Orders.Count);
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "version is 2")]
    [InlineData("mpcsigner orders", "something else", "another kind")]
    [InlineData("\"title\": \"test\"", "\"title\": \"\"", "title")]
    [InlineData("\"title\": \"test\"", "\"title\": \"test\", \"more\": 1", "JSON")]
    [InlineData("\"body\": \"C", "\"body\": \"D", "body")]
    [InlineData("\"body\": \"", "\"body\": \"%", "base64")]
    public void Rejects_a_file_that_is_not_as_it_was_written(string what, string by, string says)
    {
        var text = Encoding.UTF8.GetString(Composed().Write());
        Assert.Contains(what, text, StringComparison.Ordinal);
        var refused = Assert.Throws<MpcSignerException>(() => JobFile.Read(Encoding.UTF8.GetBytes(text.Replace(what, by, StringComparison.Ordinal))));
        Assert.Equal("CONFIGURATION", refused.Reason);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>What a person is shown before signing has to be readable: a file that could not be shown is refused when it is read.</summary>
    [Fact]
    public async Task Rejects_orders_that_cannot_be_shown()
    {
        var twice = await SignAsync(await SignAsync(Composed(), _keys[0]), _keys[1]);
        Refused(Encoding.UTF8.GetString(twice.WithOrders(o => o with { Signatures = [o.Signatures[0], o.Signatures[0]] }).Write()), "ascend");
        Refused(Encoding.UTF8.GetString(twice.WithOrders(o => o with { Signatures = [.. o.Signatures.Reverse()] }).Write()), "ascend");
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var request = new Wire.Requests.RequestBodyCodec().Encode(
            new(PlannedKeys.Roster.Cluster, "a", now, now.AddHours(1), "", new Core.Requests.RequestAction.Sign(default, [], Core.Requests.PayloadKind.Raw, new byte[] { 1 })));
        Refused(Encoding.UTF8.GetString(Composed().WithOrders(_ => new(request, [])).Write()), "none of administrators");
        var text = Encoding.UTF8.GetString(Composed().Write());
        Refused(text.Replace("\"commands\": []", "\"commands\": [null]", StringComparison.Ordinal), "body");

        static void Refused(string json, string says)
        {
            var refused = Assert.Throws<MpcSignerException>(() => JobFile.Read(Encoding.UTF8.GetBytes(json)));
            Assert.Equal("CONFIGURATION", refused.Reason);
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rejects_signatures_of_the_removed_of_strangers_and_of_other_bytes()
    {
        var signed = await SignAsync(Composed(), _keys[0]);
        var removed = _roster with { Administrators = [.. _roster.Administrators.Skip(1)] };
        Assert.Equal("UNKNOWN_ADMINISTRATOR", (await Assert.ThrowsAsync<MpcSignerException>(() => new OrderSigning(removed, [_keys[1]]).SignAsync(signed.AllOrders.First(), default))).Reason);
        Assert.Equal("CONFIGURATION", Assert.Throws<MpcSignerException>(() => new OrderSigning(removed, [_keys[0]])).Reason);

        var orders = signed.AllOrders.ToList();
        var mixed = orders[0] with { Signatures = orders[1].Signatures };
        Assert.Contains("does not verify", (await Assert.ThrowsAsync<MpcSignerException>(() => new OrderSigning(_roster, [_keys[1]]).SignAsync(mixed, default))).Message, StringComparison.Ordinal);

        var elsewhere = _roster with { Hash = new(new byte[32]) };
        Assert.Equal("WRONG_CLUSTER", (await Assert.ThrowsAsync<MpcSignerException>(() => new OrderSigning(elsewhere, [_keys[1]]).SignAsync(orders[0], default))).Reason);
    }

    private static JobFile Composed()
    {
        var step = Planner().Refresh([Key("a", 2, [1, 2, 3])]).Single();
        return new(PlannedKeys.Roster.Cluster, "test", [new("node-1", [new(step.Orders)])], []);
    }

    private async Task<JobFile> SignAsync(JobFile file, params Ed25519KeyFile[] keys)
    {
        var signing = new OrderSigning(_roster, keys);
        Dictionary<Core.Orders.SignedOrder, Core.Orders.SignedOrder> signed = new(ReferenceEqualityComparer.Instance);
        foreach (var order in file.AllOrders)
            signed[order] = await signing.SignAsync(order, default);
        return file.WithOrders(o => signed[o]);
    }
}
