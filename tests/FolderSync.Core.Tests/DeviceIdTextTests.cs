using CsCheck;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class DeviceIdTextTests
{
    private const string Sample = "CHR4XVZ-ATMR2LP-RNKKNU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R6BOGIG-CHLI6QD";

    private static readonly Gen<DeviceId> Ids = Gen.Byte.Array[32].Where(b => b.Any(x => x != 0)).Select(b => new DeviceId(b));

    /// <summary>Certificates of Syncthing 1.19.2 and 1.29.5: the SHA-256 of the DER, and the ID that Syncthing printed.</summary>
    [Theory]
    [InlineData("11e3cbd7209b23a5c5aa5369e4bd6a977789b157cf61d9f691f05c6418475a3d", Sample)]
    [InlineData("9e00832738e822659ebc7aafaedefc4bddfe7e015e398b1071cb2360ad1858eb", "TYAIGJZ-Y5ARGLF-HV4PKX2-5XX4JPD-O747QBL-Y4YWED4-RZMRWBL-IYLDVQO")]
    [InlineData("dbbd886c615eecb220d17e2d081b01b90a8e9202ed4ddc90227c5df2b123ecb3", "3O6YQ3D-BL3WLE4-IGRPYWQ-QGYBXE4-FI5EQC5-VG5ZEBH-CPRO7FM-JD5SZQZ")]
    [InlineData("ee1029c254783aa4293681487c49647fb2e464cb0566f5bfd63553d161fba145", "5YICTQS-UPA5KIP-KJWQFEH-YSLEP6A-ZOIZGLA-VTPLP6R-WGVJ5CY-P3UFCQD")]
    [InlineData("c3b57084ea7ccde7104a16077139aff4a5addefc3acf52d0668c032101cd98d9", "YO2XBBH-KPTG6O6-ECKCYDX-CONP6SL-S23XX4H-LHVFUD7-GRQBSCA-ONTDMQU")]
    [InlineData("989afd0b0632073e7a68c91c477406528dbcea52d4bd73c5e8c87af56ffa8aa5", "TCNP2CY-GGIDT4A-6TIZEOE-O5AGKK7-G3Z2SS2-S6XHRPZ-IZB5PK3-72RKSQQ")]
    public void Text_is_what_Syncthing_prints(string hash, string text)
    {
        var id = new DeviceId(Convert.FromHexString(hash));
        Assert.Equal(text, id.ToString());
        Assert.Equal(text[..7], id.Short.ToString());
        Assert.Equal(id, DeviceIdText.Parse(text));
    }

    [Theory]
    [InlineData("chr4xvz-atmr2lp-rnkknu6-jplks5a-3ytmkxz-5q5t5up-r6bogig-chli6qd")]
    [InlineData("CHR4XVZATMR2LPRNKKNU6JPLKS5A3YTMKXZ5Q5T5UPR6BOGIGCHLI6QD")]
    [InlineData(" CHR4XVZ ATMR2LP RNKKNU6 JPLKS5A\n3YTMKXZ 5Q5T5UP R6BOGIG CHLI6QD\n")]
    [InlineData("CHR4XVZ\u2013ATMR2LP-RNKKNU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R68OG1G-CHL16QD")]
    [InlineData("CHR4XVZATMR2LRNKKNU6JPLKS53YTMKXZ5Q5T5UR6BOGIGCHLI6Q")]
    [InlineData("CHR4XVZATMR2LRNKKNU6JPLKS53YTMKXZ5Q5T5UR6BOGIGCHLI6Q====")]
    public void Parsing_is_lenient(string text) => Assert.Equal(Sample, DeviceIdText.Parse(text).ToString());

    [Theory]
    [InlineData("", "empty")]
    [InlineData("CHR4XVZ-ATMR2LP-RNKKNU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R6BOGIG", "this has 49, 7 groups.")]
    [InlineData("CHR4XVZ-ATMR2LP-RNKKU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R6BOGIG-CHLI6QD", "this has 55: group 3 (RNKKU6) has 6.")]
    [InlineData("CHR4XVZ-ATMR2LP-RNKKNU6-JPLKS5B-3YTMKXZ-5Q5T5UP-R6BOGIG-CHLI6QD", "group 3 (RNKKNU6) or group 4 (JPLKS5B)")]
    [InlineData("DHR4XVZ-ATMR2LP-RNKKNU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R6BOGIG-CHLI6QA", "group 1 (DHR4XVZ) or group 2 (ATMR2LP), and in group 7 (R6BOGIG) or group 8 (CHLI6QA)")]
    [InlineData("CHR4XVZ-ATMR2LP-RNKKNU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R6BOGIG-CHL!6QD", "'!' at position 60 (group 8)")]
    [InlineData("CHR4XVZ-9TMR2LP-RNKKNU6-JPLKS5A-3YTMKXZ-5Q5T5UP-R6BOGIG-CHLI6QD", "'9' at position 9 (group 2)")]
    [InlineData("CHR4XVZ\u202E", "'U+202E' at position 8")]
    [InlineData("CHR4XVZATMR2LRNKKNU6JPLKS53YTMKXZ5Q5T5UR6BOGIGCHLI6R", "end of the device ID")]
    public void A_mistake_is_named(string text, string why)
    {
        Assert.False(DeviceIdText.TryParse(text, out var id, out var said));
        Assert.Contains(why, said);
        Assert.True(id.IsEmpty);
        Assert.Throws<FormatException>(() => DeviceIdText.Parse(text));
    }

    [Fact]
    public void Round_trip() => Ids.Sample(id => DeviceIdText.Parse(id.ToString()) == id && DeviceIdText.Parse(id.ToString().ToLowerInvariant()) == id);

    [Fact]
    public void Any_single_wrong_character_shows_in_its_groups() =>
        Gen.Select(Ids, Gen.Int[0, 55], Gen.Int[1, 31]).Sample((id, at, add) =>
        {
            const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
            var text = id.ToString().Replace("-", "").ToCharArray();
            text[at] = alphabet[(alphabet.IndexOf(text[at]) + add) % 32];
            return !DeviceIdText.TryParse(new string(text), out _, out var why) && why!.Contains($"group {(at / 7) + 1} (");
        });

    [Fact]
    public void The_empty_ID_has_no_text()
    {
        Assert.Equal("", default(DeviceId).ToString());
        Assert.Equal("", default(ShortId).ToString());
    }
}
