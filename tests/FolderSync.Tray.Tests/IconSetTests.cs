using FolderSync.Tray.Icons;
using FolderSync.Tray.Model;
using Xunit;

namespace FolderSync.Tray.Tests;

public class IconSetTests
{
    private static readonly IconSet Icons = IconSet.Load();

    private static readonly (byte R, byte G, byte B)[] Panels = [(255, 255, 255), (0xEE, 0xEE, 0xEE), (0x2B, 0x2B, 0x2B), (0, 0, 0)];

    [Fact]
    public void Every_state_has_every_size_and_only_syncing_moves()
    {
        foreach (var state in Enum.GetValues<IconState>())
        {
            Assert.Equal(state == IconState.Syncing ? 8 : 1, Icons.Frames(state));
            Assert.Equal([16, 20, 22, 24, 32, 40, 48, 64], Icons.Images(state, 0).Select(i => i.Size));
            Assert.Equal(32, Icons.Image(state, 0, 30).Size);
            Assert.Equal(64, Icons.Image(state, 0, 500).Size);
        }
        Assert.Equal(8, Enumerable.Range(0, 8).Select(f => Convert.ToHexString(Icons.Image(IconState.Syncing, f, 16).Argb)).Distinct().Count());
    }

    /// <summary>
    /// At 16 pixels an eighth of the picture has the contrast to the panel that WCAG asks of graphics (3:1, lower at antialiased edges).
    /// </summary>
    [Fact]
    public void Every_state_stands_out_on_light_and_dark_panels()
    {
        foreach (var state in Enum.GetValues<IconState>())
        {
            foreach (var panel in Panels)
            {
                var image = Icons.Image(state, 0, 16).Argb;
                var clear = Enumerable.Range(0, 256).Count(p => Contrast(Over(image.AsSpan(4 * p, 4), panel), panel) >= 2.5);
                Assert.True(clear >= 32, $"{state} on {panel}: {clear} of 256 pixels stand out.");
            }
        }
    }

    [Fact]
    public void No_two_states_look_alike_without_colour()
    {
        var states = Enum.GetValues<IconState>().Where(s => s is not (IconState.Idle or IconState.Syncing)).ToList();
        foreach (var a in states)
        {
            foreach (var b in states.Where(b => b > a))
            {
                var (x, y) = (Icons.Image(a, 0, 16).Argb, Icons.Image(b, 0, 16).Argb);
                var differing = Enumerable.Range(0, 256).Count(p => Math.Abs(IsGlyph(x.AsSpan(4 * p, 4)) - IsGlyph(y.AsSpan(4 * p, 4))) > 0.5);
                Assert.True(differing >= 12, $"{a} and {b} differ in {differing} pixels.");
            }
        }
    }

    /// <summary>How white a pixel is, from 0 to 1.</summary>
    private static double IsGlyph(ReadOnlySpan<byte> argb) => argb[0] / 255.0 * Math.Min(argb[1], Math.Min(argb[2], argb[3])) / 255.0;

    private static (byte R, byte G, byte B) Over(ReadOnlySpan<byte> argb, (byte R, byte G, byte B) panel)
    {
        var alpha = argb[0] / 255.0;
        byte Mix(byte front, byte back) => (byte)Math.Round((alpha * front) + ((1 - alpha) * back));
        return (Mix(argb[1], panel.R), Mix(argb[2], panel.G), Mix(argb[3], panel.B));
    }

    private static double Contrast((byte R, byte G, byte B) a, (byte R, byte G, byte B) b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance((byte R, byte G, byte B) c)
    {
        static double Linear(byte v) => v / 255.0 <= 0.03928 ? v / 255.0 / 12.92 : Math.Pow(((v / 255.0) + 0.055) / 1.055, 2.4);
        return (0.2126 * Linear(c.R)) + (0.7152 * Linear(c.G)) + (0.0722 * Linear(c.B));
    }
}
